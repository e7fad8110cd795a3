"""An S3 server on loopback with one bucket that holds what is in a directory; prints its address and runs until ended.

Packages: requirements.lock beside this file

  python s3_server.py BUCKET KEY=PATH…     (PATH a file, or a directory whose files go under KEY/)
"""

import pathlib
import sys
import time

import boto3
from moto.server import ThreadedMotoServer

bucket, *places = sys.argv[1:]
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()
s3 = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
)
s3.create_bucket(Bucket=bucket)
for place in places:
    key, path = place.split("=", 1)
    path = pathlib.Path(path)
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            s3.upload_file(str(file), bucket, key if file == path else f"{key}/{file.relative_to(path)}")
print(endpoint, flush=True)
while True:
    time.sleep(60)
