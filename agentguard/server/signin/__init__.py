"""How a person proves to the endpoint who it is: passkeys, recovery codes, a company's sign-in."""
