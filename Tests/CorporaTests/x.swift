import Testing
import Corpora
@Test func x() throws {}
