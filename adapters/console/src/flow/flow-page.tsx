import { useParams } from 'wouter';

/** The page of a flow. */
export default function FlowPage() {
  const { flow = '', key } = useParams<{ flow: string; key?: string }>();
  return (
    <h1>
      {flow} {key}
    </h1>
  );
}
