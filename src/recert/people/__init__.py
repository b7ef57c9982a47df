"""Accounts, the board's record of each person, the roles of staff, and who a request comes from."""
