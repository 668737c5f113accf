// SPDX-License-Identifier: Apache-2.0

/** A login name: letters of any script, digits and `._@+-`, from 2 to 64 characters, without spaces. */
export const accountNamePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{1,63}$/u;
