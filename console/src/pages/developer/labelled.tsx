// SPDX-License-Identifier: Apache-2.0
import { useId, type JSX, type ReactNode } from 'react';

/** A field with its label above. */
export function Labelled(props: {
  readonly label: string;
  readonly children: (id: string) => ReactNode;
}): JSX.Element {
  const id = useId();
  return (
    <div className="dv-field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
    </div>
  );
}
