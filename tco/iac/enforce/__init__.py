"""The gate in the engine and in the policy pack."""
