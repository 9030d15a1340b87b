"""Who may do what in the committee: buttons and actions ask these, by topic."""
