// Generated from registry/ by `cargo run -p codeagent-semconv-codegen`; do not edit.

open_enum! {
    /// `gen_ai.operation.name`: The operation that is performed.
    pub enum GenAiOperationName {
        /// A chat completion.
        Chat = "chat",
        /// Generation of content of several modalities.
        GenerateContent = "generate_content",
        /// A completion of plain text.
        TextCompletion = "text_completion",
        /// The computation of embeddings.
        Embeddings = "embeddings",
        /// A search for documents to ground an answer.
        Retrieval = "retrieval",
        /// The creation of an agent.
        CreateAgent = "create_agent",
        /// A run of an agent.
        InvokeAgent = "invoke_agent",
        /// The execution of a tool.
        ExecuteTool = "execute_tool",
        /// A run of a workflow.
        InvokeWorkflow = "invoke_workflow",
        /// Planning, or breaking a task down.
        Plan = "plan",
        /// A search in a memory store.
        SearchMemory = "search_memory",
        /// The creation of memory records.
        CreateMemory = "create_memory",
        /// An update of memory records.
        UpdateMemory = "update_memory",
        /// Creation or update of memory records, whichever is due.
        UpsertMemory = "upsert_memory",
        /// The deletion of memory records.
        DeleteMemory = "delete_memory",
        /// The creation of a memory store.
        CreateMemoryStore = "create_memory_store",
        /// The deletion of a memory store.
        DeleteMemoryStore = "delete_memory_store",
    }
    other = "other";
}

open_enum! {
    /// `test.suite.run.status`: How the run of a test suite ended.
    pub enum TestSuiteRunStatus {
        /// Every test passed.
        Success = "success",
        /// At least one test failed.
        Failure = "failure",
        /// The suite was not run.
        Skipped = "skipped",
        /// The run was stopped before its end.
        Aborted = "aborted",
        /// The run did not end in time.
        TimedOut = "timed_out",
        /// The run has not ended yet.
        InProgress = "in_progress",
    }
    other = "other";
}

open_enum! {
    /// `test.case.result.status`: The result of one test case.
    pub enum TestCaseResultStatus {
        /// The case passed.
        Pass = "pass",
        /// The case failed.
        Fail = "fail",
    }
    other = "other";
}

open_enum! {
    /// `vcs.change.state`: The state of the pull or merge request.
    pub enum VcsChangeState {
        /// The change waits for review or merge.
        Open = "open",
        /// The change is a draft.
        Wip = "wip",
        /// The change was closed and not merged.
        Closed = "closed",
        /// The change was merged.
        Merged = "merged",
    }
    other = "other";
}

open_enum! {
    /// `vcs.line_change.type`: Whether lines were added or removed.
    pub enum VcsLineChangeType {
        /// Lines that were added.
        Added = "added",
        /// Lines that were removed.
        Removed = "removed",
    }
    other = "other";
}

open_enum! {
    /// `cpu.mode`: What the processor time was spent on.
    pub enum CpuMode {
        /// Programs.
        User = "user",
        /// The kernel.
        System = "system",
        /// Nothing.
        Idle = "idle",
        /// Nothing, while a disk was awaited.
        Iowait = "iowait",
        /// Programs of low priority.
        Nice = "nice",
        /// Interrupts.
        Interrupt = "interrupt",
        /// Other virtual machines.
        Steal = "steal",
        /// The kernel, where its parts are not told apart.
        Kernel = "kernel",
    }
    other = "other";
}

open_enum! {
    /// `disk.io.direction`: Whether bytes were read or written.
    pub enum DiskIoDirection {
        /// Bytes that were read.
        Read = "read",
        /// Bytes that were written.
        Write = "write",
    }
    other = "other";
}

open_enum! {
    /// `network.io.direction`: Whether bytes came or went.
    pub enum NetworkIoDirection {
        /// Bytes that went.
        Transmit = "transmit",
        /// Bytes that came.
        Receive = "receive",
    }
    other = "other";
}

open_enum! {
    /// `system.memory.state`: What memory is used for.
    pub enum SystemMemoryState {
        /// Programs and the kernel.
        Used = "used",
        /// Nothing.
        Free = "free",
        /// Buffers of the kernel.
        Buffers = "buffers",
        /// Files that were read.
        Cached = "cached",
        /// Memory that programs share.
        Shared = "shared",
    }
    other = "other";
}
