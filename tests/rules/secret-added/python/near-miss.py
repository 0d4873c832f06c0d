=== before
form = {}
=== after
form = {"password": "Password", "token": "your-token-123456"}
token_type = "bearer2-token-kind"
secret = "SHOP_SECRET_1"
docs = "https://user:password@example.com/"
