"""Copies what a bucket holds to a directory.

Packages: requirements.lock beside this file

  python s3_copy.py ENDPOINT BUCKET DIRECTORY
"""

import pathlib
import sys

import boto3

endpoint, bucket, directory = sys.argv[1:]
s3 = boto3.resource(
    "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
)
for item in s3.Bucket(bucket).objects.all():
    if not item.key.endswith("/"):
        file = pathlib.Path(directory) / item.key
        file.parent.mkdir(parents=True, exist_ok=True)
        item.Object().download_file(str(file))
