"""What is worth telling the outside, kept in the transaction in which it happens."""
