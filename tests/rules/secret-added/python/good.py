=== before
PASSWORD = "k3Jx-9vQz2wT"
=== after
PASSWORD = os.environ["PASSWORD"]
