"""The mathematics: pure functions on immutable values, standard library only."""
