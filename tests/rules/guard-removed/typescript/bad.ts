=== before
@Controller("pages")
export class PagesController {
  @UseGuards(AdminGuard)
  @Delete(":id")
  remove(@Param("id") id: string): Promise<void> {
    return this.pages.remove(id);
  }
}
=== after
@Controller("pages")
export class PagesController {
  @Delete(":id")
  remove(@Param("id") id: string): Promise<void> {
    return this.pages.remove(id);
  }
}
=== findings
line 3: guard-removed removed, critical: `PagesController::remove` no longer stops at `@UseGuards(AdminGuard)`.
