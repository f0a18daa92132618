use crate::taxonomy::vocabulary;

vocabulary! {
    /// What a member may do in a workspace, least first.
    Role, "role" {
        /// Reads previews, history and comparisons.
        Viewer = "viewer", "Viewer";
        /// Also edits and submits specifications and triggers runs.
        Editor = "editor", "Editor";
        /// Also manages members and resumes or cancels specifications.
        Owner = "owner", "Owner";
    }
}

impl Role {
    /// Whether a member of this role may do what asks for `needed`.
    pub fn includes(self, needed: Self) -> bool {
        self >= needed
    }
}
