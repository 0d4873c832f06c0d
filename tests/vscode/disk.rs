//! What the editor tells of what others do to the disk, and what comes of it: the rows of which it depends who wrote a line.
