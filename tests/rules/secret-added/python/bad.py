=== before
settings = Settings()
=== after
settings = Settings(api_key="q7Lw2-Vt9xKp4zRm")
settings.password = "k3Jx-9vQz2wT"
BROKER = "amqp://worker:9fKq27Lm@queue.internal:5672"
=== findings
line 1: secret-added introduced, critical: The value of `api_key` is written into the file.
line 2: secret-added introduced, critical: The value of `password` is written into the file.
line 3: secret-added introduced, critical: A password in an address is written into the file.
