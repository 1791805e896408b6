"""The vocabulary that every room speaks: frozen values, standard library only."""
