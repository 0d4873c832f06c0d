=== before
fn client() -> Client {
    Client::builder().build()
}
=== after
fn client() -> Client {
    let _mode = openssl::ssl::SslVerifyMode::NONE;
    Client::builder().danger_accept_invalid_certs(true).build()
}
=== findings
line 2: tls-check-off introduced, critical: The other side's certificate is no longer checked: `openssl::ssl::SslVerifyMode::NONE`.
line 3: tls-check-off introduced, critical: The other side's certificate is no longer checked: `Client::builder().danger_accept_invalid_certs(true)`.
