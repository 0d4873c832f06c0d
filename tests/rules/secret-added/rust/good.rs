=== before
const API_KEY: &str = "q7Lw2-Vt9xKp4zRm";
=== after
fn api_key() -> Option<String> {
    env("API_KEY")
}
