=== before
const client = connect({ user: "app" });
=== after
const client = connect({ user: "app", password: "k3Jx-9vQz2wT" });
const apiKey = process.env.API_KEY || "q7Lw2-Vt9xKp4zRm";
=== findings
line 1: secret-added introduced, critical: The value of `password` is written into the file.
line 2: secret-added introduced, critical: The value of `apiKey` is written into the file.
