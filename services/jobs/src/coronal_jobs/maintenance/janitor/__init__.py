"""The janitor: takes jobs from dead workers, rings lost notifications again, and removes what is too old.

Any number of janitors may run, and none leads: each step is one atomic script.
"""
