"""Today's prices of a cloud as a proposal: dated rows for a user's price book."""
