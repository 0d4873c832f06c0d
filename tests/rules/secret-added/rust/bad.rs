=== before
fn connect() -> Client {
    Client::new(&env("DB_URL"))
}
=== after
const API_KEY: &str = "q7Lw2-Vt9xKp4zRm";

fn connect() -> Client {
    let url = "postgres://app:kD93hfUz@db.internal:5432/shop";
    let password = String::from("k3Jx-9vQz2wT");
    Client::new(url)
}
=== findings
line 1: secret-added introduced, critical: The value of `API_KEY` is written into the file.
line 4: secret-added introduced, critical: A password in an address is written into the file.
line 5: secret-added introduced, critical: The value of `password` is written into the file.
