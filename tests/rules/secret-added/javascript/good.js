=== before
const client = connect({ user: "app", password: "k3Jx-9vQz2wT" });
=== after
const client = connect({ user: "app", password: process.env.DB_PASSWORD });
