/** What is known of the invocation that is under way; an instance of a function deals with one at a time. */
export const invocation: { requestId: string | null } = { requestId: null };
