"""The pages in a real browser: what each must be, and what people do on them."""
