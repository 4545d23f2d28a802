"""The commands, a module each; they compute nothing, and load what only they need."""
