=== before
fn connect() -> Client {
    Client::new(&env("DB_URL"))
}
=== after
const TOKEN_HEADER: &str = "x-api-key-2";
const SECRET: &str = "APP_SECRET_V2";
const PASSWORD: &str = "changeme123";

fn connect() -> Client {
    let password_url = "https://accounts.shop/reset?step=2";
    let address = "postgres://app:{password}@localhost:5432/shop";
    Client::new(address)
}
