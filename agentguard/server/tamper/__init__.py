"""What looks like tampering at the desks, until a person has signed it off."""
