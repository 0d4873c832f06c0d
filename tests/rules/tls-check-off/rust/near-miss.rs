=== before
fn client() -> Client {
    Client::builder().build()
}
=== after
fn client() -> Client {
    // Never danger_accept_invalid_certs(true) here.
    Client::builder().danger_accept_invalid_certs(false).verify(SslVerifyMode::PEER).build()
}
