"""The command line: its options, what they do to a scenario and to the application, and what is said of wrong ones."""
