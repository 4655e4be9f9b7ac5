/** The first page. */
export function HomePage() {
  return <h1>Milepost</h1>;
}
