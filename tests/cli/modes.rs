//! Who may do what with files, and links: changed by an agent, each comes back as it was.
