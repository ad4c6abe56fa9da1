import Briefs
import Testing

@Suite struct ShinglesTests {
  @Test func nearlyTheSame() {
    let text = Shingles("The harbour of Tarn freezes every winter until the middle of March")
    #expect(
      text.isNearly(
        Shingles("And so the harbour of Tarn freezes every winter until the middle of April")))
    #expect(!text.isNearly(Shingles("The harbour of Tarn was built by two brothers from Lund")))
  }
}
