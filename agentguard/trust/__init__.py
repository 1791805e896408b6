"""Who is believed: signed envelopes, the keys, and the root document that names them."""
