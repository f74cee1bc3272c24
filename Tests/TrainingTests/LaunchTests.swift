import Training
import XCTest

final class LaunchTests: XCTestCase {
    private func launch(_ environment: [String: String]) throws -> Launch {
        // XCTUnwrap would count an error as a failure.
        let launch = try Launch(environment: environment)
        return try XCTUnwrap(launch)
    }

    func testWithoutALauncher() throws {
        XCTAssertNil(try Launch(environment: ["PATH": "/bin", "HOME": "/"]))
        // A batch script of Slurm has these; only what srun starts is a rank.
        XCTAssertNil(try Launch(environment: ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4", "SLURM_PROCID": "0"]))
    }

    func testTorchrun() throws {
        let found = try launch([
            "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "one",
            "MASTER_PORT": "29400",
            "TORCHELASTIC_USE_AGENT_STORE": "True", "TORCHELASTIC_RESTART_COUNT": "2", "OMP_NUM_THREADS": "1",
        ])
        XCTAssertEqual(
            [found.rank, found.count, found.localRank, found.localCount, found.port, found.attempt],
            [3, 4, 1, 2, 29400, 2])
        XCTAssertEqual(found.host, "one")
        XCTAssertTrue(found.launcherHostsStore)
        XCTAssertFalse(found.isOneMachine)
    }

    func testOneProcessNeedsNoPlaceToMeet() throws {
        let found = try launch(["RANK": "0", "WORLD_SIZE": "1"])
        XCTAssertEqual([found.rank, found.count, found.localRank, found.localCount], [0, 1, 0, 1])
        XCTAssertFalse(found.launcherHostsStore)
    }

    func testSlurm() throws {
        let found = try launch([
            "SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "7", "SLURM_LOCALID": "1", "SLURM_NODEID": "2",
            "SLURM_STEP_TASKS_PER_NODE": "2(x3),1", "SLURM_STEP_NODELIST": "gpu[08-10,12],login",
            "SLURM_JOB_ID": "123456",
        ])
        XCTAssertEqual([found.rank, found.count, found.localRank, found.localCount, found.port], [5, 7, 1, 2, 23456])
        XCTAssertEqual(found.host, "gpu08")
    }

    func testSlurmsLists() throws {
        func host(_ list: String) throws -> String {
            try launch([
                "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_LOCALID": "0", "SLURM_STEP_NODELIST": list,
            ]).host
        }
        XCTAssertEqual(try host("alpha"), "alpha")
        XCTAssertEqual(try host("alpha,beta"), "alpha")
        XCTAssertEqual(try host("n[3,5-7]"), "n3")
        XCTAssertEqual(try host("rack[1-2]-n"), "rack1-n")
        XCTAssertThrowsError(try host("")) {
            XCTAssertEqual(
                "\($0)", "SLURM_STEP_NODELIST is \"\" and names no machine: set MASTER_ADDR to that of rank 0")
        }
        func local(_ node: Int, _ list: String) throws -> Int {
            try launch([
                "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "9", "SLURM_LOCALID": "0", "SLURM_STEP_NODELIST": "a",
                "SLURM_NODEID": "\(node)",
                "SLURM_STEP_TASKS_PER_NODE": list,
            ]).localCount
        }
        XCTAssertEqual(try (0..<4).map { try local($0, "4,2(x2),1") }, [4, 2, 2, 1])
    }
}
