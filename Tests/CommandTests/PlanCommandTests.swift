import Foundation
import TestSupport
import Testing

@Suite struct PlanCommandTests {
  private struct Plan: Decodable {
    struct Step: Decodable { var computing, exchanging, updating: Double }
    struct Line: Decodable {
      var nodes: Int
      var step: Step
      var days, cost, nightHours: Double
    }
    var parameters, tokensPerStep: Int
    var gigaflops, memoryBandwidth, bandwidth: Double
    var lines: [Line]
  }

  @Test func whatIsGivenIsNotMeasured() throws {
    let circadian = CircadianProcess(home: URL(fileURLWithPath: "/nowhere"))
    let planned = try circadian.run(
      "plan", "--json", "--depth", "4", "--gigaflops", "100", "--memory-bandwidth", "10",
      "--bandwidth", "2", "--nodes", "1", "--nodes", "10", "--price", "3",
      "--individuals", "7200", "--night-seconds", "5")
    #expect(planned.code == 0)
    let plan = try JSONDecoder().decode(Plan.self, from: Data(planned.output.utf8))
    #expect(plan.gigaflops == 100 && plan.memoryBandwidth == 10 && plan.bandwidth == 2)
    #expect(plan.lines.map(\.nodes) == [1, 10])
    let (one, ten) = (plan.lines[0], plan.lines[1])
    #expect(one.nightHours == 10 && ten.nightHours == 1)
    #expect(one.step.exchanging == 0 && ten.step.exchanging > 0)
    #expect(abs(ten.step.computing - one.step.computing / 10) < 1e-9 * one.step.computing)
    #expect(abs(one.cost - one.days * 24 * 3) < 1e-6 * one.cost)
    #expect(ten.cost > one.cost)
  }

  @Test func noNodesAreNoPlan() throws {
    let circadian = CircadianProcess(home: URL(fileURLWithPath: "/nowhere"))
    let refused = try circadian.run("plan", "--nodes", "0", "--gigaflops", "1")
    #expect(refused.code == 64 && refused.messages.contains("--nodes"))
  }

  /// Without MPI every process would do all the work.
  @Test func processesOfALauncherAreRefusedWithoutMPI() throws {
    #if !MPI
      let circadian = CircadianProcess(
        home: URL(fileURLWithPath: "/nowhere"),
        environment: ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"])
      let refused = try circadian.run("plan")
      #expect(refused.code == 64 && refused.messages.contains("--traits MPI"))
    #endif
  }
}
