=== before
fn client() -> Client {
    Client::builder().danger_accept_invalid_certs(true).build()
}
=== after
fn client(root: Certificate) -> Client {
    Client::builder().add_root_certificate(root).build()
}
