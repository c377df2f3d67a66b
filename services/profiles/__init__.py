"""The profiles service: accounts, specialists, licences and featuring."""
