=== before
export class PagesController {
  @UseGuards(AdminGuard)
  @Delete(":id")
  remove(id: string): Promise<void> {
    return this.pages.remove(id);
  }
}
=== after
export class PagesController {
  @Delete(":id")
  @UseGuards(AdminGuard)
  async remove(id: string): Promise<void> {
    await this.pages.remove(id);
  }
}
