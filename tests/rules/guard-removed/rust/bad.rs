=== before
impl Pages {
    fn delete(&mut self, user: &User, page: PageId) -> Result<(), Error> {
        if !user.is_admin() {
            return Err(Error::Forbidden);
        }
        self.pages.remove(&page);
        Ok(())
    }

    fn rename(&mut self, page: PageId, name: &str) -> Result<(), Error> {
        ensure!(name.len() < 80, "the name is too long");
        let Some(found) = self.pages.get_mut(&page) else { return Ok(()) };
        found.name = name.to_owned();
        Ok(())
    }
}
=== after
impl Pages {
    fn delete(&mut self, user: &User, page: PageId) -> Result<(), Error> {
        self.pages.remove(&page);
        Ok(())
    }

    fn rename(&mut self, page: PageId, name: &str) -> Result<(), Error> {
        let Some(found) = self.pages.get_mut(&page) else { return Ok(()) };
        found.name = name.to_owned();
        Ok(())
    }
}
=== findings
line 3: guard-removed removed, critical: `Pages::delete` no longer stops at `!user.is_admin()`.
line 8: guard-removed removed, high: `Pages::rename` no longer stops at `ensure!(name.len() < 80, "the name is too long")`.
