"""The commands, one module each; they compute nothing, and load only what they need."""
