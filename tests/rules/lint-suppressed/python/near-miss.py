=== before
text = ""
=== after
# Files that git would ignore are not read
text = "# noqa"
