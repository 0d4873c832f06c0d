=== before
def get(url):
    return requests.get(url)
=== after
def get(url, verify=True):
    made = ssl.create_default_context()
    made.verify_mode = ssl.CERT_REQUIRED
    text = "verify=False"
    return requests.get(url, verify=verify, allow_redirects=False)
