import HTTP
import Testing

@Suite struct EventStreamTests {
  private func text(_ produce: @escaping @Sendable (EventStream) -> Void) -> String {
    String(decoding: EventStream.response(produce).collectedBody(), as: UTF8.self)
  }

  @Test func writesEvents() {
    #expect(text { try? $0.send(event: "turn", data: "{}") } == "event: turn\ndata: {}\n\n")
    #expect(text { try? $0.send(data: "") } == "data: \n\n")
    #expect(text { try? $0.heartbeat() } == ":\n\n")
  }

  @Test func splitsEveryKindOfLineBreak() {
    #expect(
      text { try? $0.send(data: "a\nb\r\nc\rd\n") }
        == "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n")
  }

  @Test func keepsNamesInTheirLine() {
    #expect(
      text { try? $0.send(event: "a\r\ndata: b", data: "c") } == "event: adata: b\ndata: c\n\n")
  }

  @Test func saysItsType() {
    #expect(EventStream.response { _ in }.header("content-type") == "text/event-stream")
  }
}
