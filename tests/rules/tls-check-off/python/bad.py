=== before
def get(url):
    return requests.get(url, verify=True)


def context():
    return ssl.create_default_context()
=== after
def get(url):
    return requests.get(url, verify=False)


def context():
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made
=== findings
line 2: tls-check-off introduced, critical: The other side's certificate is no longer checked: `verify=False`.
line 7: tls-check-off introduced, critical: The other side's certificate is no longer checked: `made.check_hostname = False`.
line 8: tls-check-off introduced, critical: The other side's certificate is no longer checked: `ssl.CERT_NONE`.
