// The interpreter as an engine: calls the WebAssembly function again and again, in slices of the meter, and does in
// between what it asks for. Slices are short enough for a long run to profit when the host has finished optimising the
// function in the meantime: hosts exchange code between calls, not within one.

import { INSN_SIZE } from './address-space.ts';
import { DETAIL, FUEL, PC } from './control-block.ts';
import { EbpfError } from './errors.ts';
import { FIELD_IMMEDIATE, Status } from './interpreter-emitter.ts';
import { interpreterModule } from './interpreter-module.ts';
import type { VmMemory } from './memory.ts';
import type { SbpfVersion } from './version.ts';
import { staticSyscalls } from './version.ts';
import type { Engine, Vm } from './vm.ts';

/** Instructions between two looks at the meter: a quarter of a millisecond. */
const SLICE = 1 << 16;

/** The exports of an interpreter's module. Those for compiled code: see compiler/support.ts. */
interface Interpreter extends Record<string, unknown> {
  readonly run: () => number;
}

export class InterpreterEngine implements Engine {
  readonly #memory: VmMemory;
  readonly #interpreters: (Interpreter | undefined)[] = [];

  constructor(memory: VmMemory) {
    this.#memory = memory;
  }

  execute(vm: Vm): void {
    this.executeSome(vm, Number.POSITIVE_INFINITY);
  }

  /** Stops after about `limit` instructions, between two of them. Answers whether the run got to its end before. */
  executeSome(vm: Vm, limit: number): boolean {
    const { meter } = vm;
    let rest = limit;
    const { run } = this.exportsOf(vm.executable.version);
    const step = vm.onInstruction;
    let untilStep = step === undefined ? Number.POSITIVE_INFINITY : 0;
    for (;;) {
      if (meter.remaining <= 0) {
        vm.error = new EbpfError('ExceededMaxInstructions');
        return true;
      }
      if (rest <= 0) return false;
      if (step !== undefined && untilStep === 0) {
        vm.unwatched = 0;
        step(vm);
        untilStep = vm.unwatched + 1;
      }
      const fuel = Math.min(meter.remaining, SLICE, rest, untilStep);
      this.#memory.u32[FUEL >> 2] = fuel;
      const status = run();
      const { u32 } = this.#memory;
      const spent = fuel - u32[FUEL >> 2];
      vm.charge(spent);
      rest -= spent;
      untilStep -= spent;
      vm.interpreted += spent;
      switch (status) {
        case Status.exit:
          return true;
        case Status.outOfFuel:
          break;
        case Status.syscall:
          if (!vm.callSyscall(u32[DETAIL >> 2])) return true;
          this.#memory.u32[PC >> 2]++;
          break;
        case Status.unresolvedCall:
          // Found: not paid for yet, and the next turn of the loop runs it.
          if (this.#resolveCall(vm)) break;
          vm.charge(1);
          vm.interpreted++;
          vm.error = new EbpfError('UnsupportedInstruction');
          return true;
        default:
          vm.error = this.errorOf(status);
          return true;
      }
    }
  }

  /** Looks up what the call at PC names, and notes it for the next time. A syscall's name wins over a function's. */
  #resolveCall(vm: Vm): boolean {
    const { view } = this.#memory;
    const { executable, image, pc } = vm;
    const key = view.getUint32(image.text + pc * INSN_SIZE + FIELD_IMMEDIATE, true);
    const syscall = executable.syscalls.indexOf(key);
    const target = staticSyscalls(executable.version) ? undefined : executable.functions.get(key);
    if (syscall < 0 && target === undefined) return false;
    // A function outside of the text, which no ELF file has, is one behind it: the call fails when it gets there.
    const entry = syscall >= 0 ? -1 - syscall : Math.min(target!.pc, image.textLen / INSN_SIZE) + 1;
    view.setInt32(image.callTargets + pc * 4, entry, true);
    return true;
  }

  /** The error that a Status stands for, where it stands for one. */
  errorOf(status: number): EbpfError {
    switch (status) {
      case Status.accessViolation:
        return this.#memory.fault!;
      case Status.divideByZero:
        return new EbpfError('DivideByZero');
      case Status.divideOverflow:
        return new EbpfError('DivideOverflow');
      case Status.callDepthExceeded:
        return new EbpfError('CallDepthExceeded');
      case Status.callOutsideTextSegment:
        return new EbpfError('CallOutsideTextSegment');
      case Status.executionOverrun:
        return new EbpfError('ExecutionOverrun');
      case Status.unsupportedInstruction:
        return new EbpfError('UnsupportedInstruction');
      case Status.invalidInstruction:
        return new EbpfError('InvalidInstruction');
      default:
        throw new Error(`The interpreter answered ${status}.`);
    }
  }

  exportsOf(version: SbpfVersion): Interpreter {
    return (this.#interpreters[version] ??= this.#instantiate(version));
  }

  #instantiate(version: SbpfVersion): Interpreter {
    const memory = this.#memory;
    const instance = new WebAssembly.Instance(interpreterModule(version), {
      machine: {
        memory: memory.wasm,
        access: (isStore: number, len: number) => memory.resolveAccess(isStore === 0 ? 'load' : 'store', len),
      },
    });
    return instance.exports as Interpreter;
  }
}
