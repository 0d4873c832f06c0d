=== before
def get(url):
    return requests.get(url, verify=False)
=== after
def get(url):
    return requests.get(url, verify="certs/internal-ca.pem")
