=== before
export class PagesController {
  @Deprecated()
  @Delete(":id")
  remove(id: string): Promise<void> {
    return this.pages.remove(id);
  }
}
=== after
export class PagesController {
  @Delete(":id")
  remove(id: string): Promise<void> {
    return this.pages.remove(id);
  }
}
