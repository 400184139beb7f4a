"""Party members who serve where they live (双报到): their own record, seen by few (docs/members.md)."""
