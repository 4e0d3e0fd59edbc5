/** A refusal in Alertmanager's own shapes: its answers are JSON texts, those of its request validation objects. */
export class ApiError extends Error {
  readonly status: number;
  /** What is answered, as JSON. */
  readonly body: unknown;

  /** `code`: that of go-openapi's validation; without it the answer is the bare text. */
  constructor(status: number, message: string, code?: number) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.body = code === undefined ? message : { code, message };
  }
}

/** Codes of go-openapi/errors. */
export const INVALID_TYPE = 601;
export const REQUIRED = 602;
